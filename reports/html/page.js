"use strict";
(() => {
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const entries = all(".section.conformance .entry");
  const [search, area, outcome, count] = ["search", "area", "outcome", "count"].map((id) => document.getElementById(id));

  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const entry of entries) {
      const data = entry.dataset;
      const fits = (!area.value || data.area === area.value) && (!outcome.value || data.outcome === outcome.value) &&
        words.every((word) => data.words.includes(word));
      entry.hidden = !fits;
      shown += fits;
    }
    for (const group of all(".group")) group.hidden = !group.querySelector(".entry:not([hidden])");
    document.querySelector(".nothing").hidden = shown > 0;
    count.textContent = shown === entries.length ? `All ${shown} shown` : `${shown} of ${entries.length} shown`;
  };

  if (search) {
    const form = search.form;
    form.addEventListener("input", filter);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(filter));
    for (const cell of all("button.cell")) {
      cell.addEventListener("click", () => {
        search.value = "";
        area.value = cell.dataset.area;
        outcome.value = cell.dataset.outcome;
        filter();
        document.getElementById("requirements").scrollIntoView();
        search.focus({ preventScroll: true });
      });
    }
    document.addEventListener("keydown", (event) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
      event.preventDefault();
      search.focus();
    });
    filter();
  }

  const reveal = () => {
    const id = decodeURIComponent(location.hash.slice(1));
    const wanted = id && document.getElementById(id);
    if (wanted && wanted.tagName === "DETAILS") {
      if (wanted.hidden) { search.form.reset(); filter(); }
      wanted.open = true;
      wanted.scrollIntoView();
    }
  };
  addEventListener("hashchange", reveal);
  reveal();

  const copied = async (text, beside) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {  // a page from a file has no clipboard in some browsers: select the text, and copy that
      const range = document.createRange();
      range.selectNodeContents(beside);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      return document.execCommand("copy");
    }
  };
  for (const button of all(".copier")) {
    button.addEventListener("click", async () => {
      const beside = button.parentElement.querySelector("pre");
      const done = await copied(beside.textContent, beside);
      button.textContent = done ? "Copied" : "Selected";
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
  }

  let closed = [];
  addEventListener("beforeprint", () => {
    const broken = ".entry:is([data-outcome=fail], [data-outcome=warn], [data-outcome=known])";
    closed = all(`${broken}:not([open]), ${broken} details:not([open])`);
    for (const each of closed) each.open = true;
  });
  addEventListener("afterprint", () => { for (const each of closed) each.open = false; });
})();
