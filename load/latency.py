"""Latencies in HdrHistograms of microseconds with three digits: recorded by the second, merged, summed up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from hdrh.histogram import HdrHistogram

LONGEST_US = 3_600_000_000  # an hour; whatever takes longer is recorded as that
DIGITS = 3
PERCENTS = (50.0, 90.0, 95.0, 99.0, 99.9)
TICKS = 5  # points of a spectrum between one halving of the distance to 100 % and the next, as in .hgrm files


def histogram() -> HdrHistogram:
    """Return an empty histogram."""
    return HdrHistogram(1, LONGEST_US, DIGITS)


@dataclass
class Histograms:
    """Histograms by name, made when something is first recorded under it."""

    by_name: dict[str, HdrHistogram] = field(default_factory=dict)

    def record(self, name: str, seconds: float, count: int = 1) -> None:
        """Record a duration, *count* times; none is shorter than a microsecond."""
        found = self.by_name.get(name)
        if found is None:
            found = self.by_name[name] = histogram()
        found.record_value(min(max(int(seconds * 1e6), 1), LONGEST_US), count)

    def record_pause(self, name: str, seconds: float, expected_s: float) -> None:
        """
        Record how late something regular came, and all that should have come meanwhile.

        A ruler that is asleep during a pause would otherwise count it once, however long it was.
        """
        if name not in self.by_name:
            self.by_name[name] = histogram()
        late_us = min(max(int(seconds * 1e6), 1), LONGEST_US)
        self.by_name[name].record_corrected_value(late_us, int(expected_s * 1e6))

    def encoded(self) -> dict[str, bytes]:
        """Return every histogram in HdrHistogram's own compressed form (V2, base64)."""
        return {name: each.encode() for name, each in self.by_name.items()}

    def add(self, encoded: Mapping[str, bytes]) -> None:
        """Add histograms as `encoded` gives them."""
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
    unit = 1 << max(us.bit_length() - 11, 0)  # 2,048 steps in every power of two
    return (us // unit * unit + unit - 1) / 1000
