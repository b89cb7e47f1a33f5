"""`make audit`: are weaknesses known of the packages that Helix is locked to? Needs the net; `make test` does not call it.

What is known and borne for a while stands in audit-waivers.toml, with a reason and the day until which it holds.
"""

import json
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from helix.install.environment import RUNTIME
from helix.install.running import ROOT, VENV

WAIVERS = "helix/install/audit-waivers.toml"
UNREACHABLE = (
    "Nothing was audited: the service that knows of weaknesses does not answer from here. "
    "This says nothing about the packages; call it again where the net is open."
)


def waivers(path: Path, today: date) -> tuple[dict[str, str], list[str]]:
    """What is borne now (id -> reason), and what is wrong with the file."""
    borne, wrong = {}, []
    for each in tomllib.loads(path.read_text()).get("waiver", []) if path.exists() else []:
        name, until, reason = each.get("id", "?"), each.get("until"), str(each.get("reason", "")).strip()
        if not reason or not isinstance(until, date):
            wrong.append(f"{name}: a waiver needs a reason, and the day until which it holds.")
        elif until < today:
            wrong.append(f"{name}: the waiver held until {until}. Update the package, or say again why it is borne.")
        else:
            borne[str(name)] = reason
    return borne, wrong


def judged(found: Sequence[dict[str, Any]], borne: dict[str, str]) -> tuple[int, list[str]]:
    """How many packages were audited, and every weakness that is not borne, as a line."""
    audited, open_ones = 0, []
    for package in found:
        if "skip_reason" in package:
            continue
        audited += 1
        for weakness in package.get("vulns", []):
            names = {weakness["id"], *weakness.get("aliases", [])}
            if not names & borne.keys():
                mended = ", ".join(weakness.get("fix_versions", [])) or "no version yet"
                open_ones.append(f"{package['name']} {package['version']}: {weakness['id']}, mended in {mended}")
    return audited, open_ones


def main() -> int:
    """0 when all is well, 1 when something is open, 2 when nothing could be asked."""
    borne, wrong = waivers(ROOT / WAIVERS, date.today())
    command = [
        str(VENV / "bin" / "pip-audit"), "--requirement", str(ROOT / RUNTIME), "--require-hashes", "--disable-pip",
        "--progress-spinner", "off", "--format", "json",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        print(f"{UNREACHABLE}\n{done.stderr[-2000:]}")
        return 2
    audited, open_ones = judged(found, borne)
    print("\n".join([*wrong, *open_ones, *(f"borne: {name}: {reason}" for name, reason in borne.items())]))
    if not audited:
        print(UNREACHABLE)
        return 2
    print(f"{audited} of {len(found)} packages audited, {len(open_ones)} weaknesses open.")
    return 1 if wrong or open_ones or audited < len(found) else 0


if __name__ == "__main__":
    sys.exit(main())
