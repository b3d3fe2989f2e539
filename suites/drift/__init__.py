"""Provider against contract: every answer of the whole API, and every refusal whose cause can be made."""
