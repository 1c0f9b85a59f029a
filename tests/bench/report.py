"""Results as a Markdown table and as a picture."""
from html import escape
from math import log10

HEADINGS = {"rate": "tasks/s", "worker_us": "worker CPU, µs", "redis_us": "Redis CPU, µs", "other_cores": "cores busy elsewhere",
            "pss": "PSS, MiB", "rss": "RSS, MiB", "commands_s": "commands/s", "switches_s": "switches/s", "first_ms": "ms",
            "bytes_each": "bytes each"}


def figure(triple):
    median, low, high = triple
    digits = 0 if abs(median) >= 100 else 1
    text = f"{median:,.{digits}f}"
    return text if low == high else f"{text} [{low:,.{digits}f}–{high:,.{digits}f}]"


def ratios(names, key):
    """Columns of the floor and of the best Celery, where there are such: their headings, and their cells for a value."""
    floor = next((row[key][0] for name, row in names.items() if name.startswith("floor")), None)
    celery = [row[key][0] for name, row in names.items() if name.startswith("Celery")]
    def of(value):
        cells = [f"{value / floor:.0%}"] if floor else []
        if celery:
            best = max(celery) if key == "rate" else min(celery)
            cells.append(f"{value / best if key == 'rate' else best / value:.1f} x")
        return cells
    heads = (["of the floor"] if floor else []) + (["of the best Celery"] if celery else [])
    return heads, of


def table(results, machine):
    lines = [f"{machine['cores']} cores ({machine['cpu']}), Redis {machine['redis']}, kernel {machine['kernel']}."
             " Medians [lowest–highest].", ""]
    for section, names in results.items():
        keys = list(next(iter(names.values())))
        lead = keys[0]
        heads, of = ratios(names, lead) if lead in ("rate", "p50", "first_ms") else ([], lambda _: [])
        headings = heads + [HEADINGS.get(key, key) for key in keys]
        lines += [f"#### {section}", "", "| | " + " | ".join(headings) + " |",
                  "|---|" + "--:|" * len(headings)]
        lines += ["| " + " | ".join([name, *of(row[lead][0]), *(figure(row[k]) for k in keys)]) + " |"
                  for name, row in names.items()]
        lines.append("")
    return "\n".join(lines)


def write_svg(path, rates):
    """Bars on a logarithmic scale: tasks per second."""
    width, bar, left = 760, 26, 240
    top = max(rates.values())
    low = min(rates.values()) / 2
    scale = (width - left - 90) / (log10(top) - log10(low))
    rows = []
    for number, (name, rate) in enumerate(rates.items()):
        y, length = 40 + number * bar, (log10(rate) - log10(low)) * scale
        colour = "#8a8f98" if name.startswith("floor") else "#2f6f4f" if name.startswith("taskworker") else "#b5653a"
        rows.append(f'<text x="{left - 8}" y="{y + 14}" text-anchor="end">{escape(name)}</text>'
                    f'<rect x="{left}" y="{y}" width="{length:.0f}" height="{bar - 8}" fill="{colour}"/>'
                    f'<text x="{left + length + 6:.0f}" y="{y + 14}">{rate:,.0f}</text>')
    height = 50 + len(rates) * bar
    path.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
                    f'font-family="sans-serif" font-size="13"><text x="8" y="22" font-size="15">'
                    f'add, result stored: tasks per second (logarithmic)</text>{"".join(rows)}</svg>\n')
