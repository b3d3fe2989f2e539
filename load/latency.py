"""Latencies in HdrHistograms of microseconds with three digits: recorded by the second, merged, summed up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from hdrh.histogram import HdrHistogram

LONGEST_US = 3_600_000_000  # an hour; whatever takes longer is recorded as that
DIGITS = 3
BITS = 11  # 2,048 steps in every power of two: what an HdrHistogram of three digits tells apart
PERCENTS = (50.0, 90.0, 95.0, 99.0, 99.9)
TICKS = 5  # points of a spectrum between one halving of the distance to 100 % and the next, as in .hgrm files


def histogram() -> HdrHistogram:
    """Return an empty histogram."""
    return HdrHistogram(1, LONGEST_US, DIGITS)


@dataclass
class Counts:
    """
    Durations by name as they come in: how often each value of three digits was seen.

    The values are the ones that an HdrHistogram tells apart; counting them in a dictionary costs a tenth of recording
    them there, and what the generator spends on itself is measured with the target.
    """

    by_name: dict[str, dict[int, int]] = field(default_factory=dict)

    def record(self, name: str, seconds: float, count: int = 1) -> None:
        """Record a duration, *count* times; none is shorter than a microsecond."""
        us = int(seconds * 1e6)
        surplus = us.bit_length() - BITS
        if surplus > 0:
            us = us >> surplus << surplus
        counts = self.by_name.get(name)
        if counts is None:
            counts = self.by_name[name] = {}
        counts[us] = counts.get(us, 0) + count

    def record_pause(self, name: str, seconds: float, expected_s: float) -> None:
        """
        Record how late something regular came, and how late all came that should have come meanwhile.

        A ruler that is asleep during a pause would otherwise count it once, however long it was.
        """
        self.record(name, seconds)
        missing_s = seconds - expected_s
        while missing_s >= expected_s:
            self.record(name, missing_s)
            missing_s -= expected_s

    def encoded(self) -> dict[str, bytes]:
        """Return a histogram of each in HdrHistogram's own compressed form (V2, base64)."""
        found: dict[str, bytes] = {}
        for name, counts in self.by_name.items():
            whole = histogram()
            for us, count in counts.items():
                whole.record_value(min(max(us, 1), LONGEST_US), count)
            found[name] = whole.encode()
        return found


@dataclass
class Histograms:
    """Histograms by name, added up from what processes tell of their seconds."""

    by_name: dict[str, HdrHistogram] = field(default_factory=dict)

    def add(self, encoded: Mapping[str, bytes]) -> None:
        """Add histograms as `Counts.encoded` gives them."""
        for name, blob in encoded.items():
            if name not in self.by_name:
                self.by_name[name] = histogram()
            self.by_name[name].decode_and_add(blob)

    def together(self, names: Iterable[str]) -> HdrHistogram:
        """Return one histogram of all that was recorded under *names*."""
        whole = histogram()
        for name in names:
            if name in self.by_name:
                whole.add(self.by_name[name])
        return whole


def ms_at(whole: HdrHistogram, percent: float) -> float:
    """Return the latency that *percent* of the values do not pass, in milliseconds."""
    return min(whole.get_value_at_percentile(percent), whole.get_max_value()) / 1000


def ms_at_rank(whole: HdrHistogram, rank: int) -> float:
    """Return the *rank*-th smallest value (from 1), in milliseconds."""
    seen = 0
    for item in whole.get_recorded_iterator():
        seen += item.count_added_in_this_iter_step
        if seen >= rank:
            return min(item.value_iterated_to, whole.get_max_value()) / 1000
    return whole.get_max_value() / 1000


def summary(whole: HdrHistogram | None) -> dict[str, object] | None:
    """Return count, mean, extremes and percentiles in milliseconds; None where nothing was recorded."""
    if whole is None or not whole.total_count:
        return None
    return {
        "count": whole.total_count,
        "mean": round(whole.get_mean_value() / 1000, 3),
        "min": whole.get_min_value() / 1000,
        "max": whole.get_max_value() / 1000,
        "percentiles": {f"{percent:g}": ms_at(whole, percent) for percent in PERCENTS},
    }


def spectrum(whole: HdrHistogram) -> list[list[float]]:
    """Return the whole distribution as [percent, milliseconds, how many took no longer]."""
    if not whole.total_count:
        return []
    rows: list[list[float]] = []
    for item in whole.get_percentile_iterator(TICKS):
        value_ms = min(item.value_iterated_to, whole.get_max_value()) / 1000
        rows.append([round(item.percentile_level_iterated_to, 6), value_ms, item.total_count_to_this_value])
    return rows


def over_time(blobs: Sequence[bytes | None], percents: Sequence[float]) -> dict[str, list[float | None]]:
    """Return by percent, and as max, one number for each of *blobs*: encoded histograms, None where none was."""
    found: dict[str, list[float | None]] = {f"{percent:g}": [] for percent in percents} | {"max": []}
    for blob in blobs:
        whole = HdrHistogram.decode(blob) if blob else None
        for percent in percents:
            found[f"{percent:g}"].append(ms_at(whole, percent) if whole else None)
        found["max"].append(whole.get_max_value() / 1000 if whole else None)
    return found


def three_digits(response_ms: float) -> float:
    """
    Round milliseconds as our histograms do, so that Locust's own tables say the same.

    Of the values that three digits do not tell apart, a histogram names the highest. Locust's own rounding has two
    digits, and calls 105 ms 100.
    """
    us = max(int(response_ms * 1000), 1)
    unit = 1 << max(us.bit_length() - BITS, 0)
    return (us // unit * unit + unit - 1) / 1000
