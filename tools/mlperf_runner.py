#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Starts MLCommons' own runner (github.com/mlcommons/tiny, benchmark/runner), as it is, on a pseudoterminal, as
docs/MLPERF.md says. It finds devices by the vendor and product of their USB; a pseudoterminal has none, so that it
gets those of the board that its list of devices names. Nothing else of it is touched.

  tools/mlperf_runner.py RUNNER PORT [ARGUMENTS OF main.py ...]

RUNNER is its folder; datasets/ and sessions/ are those of the working folder."""
import os
import runpy
import sys
from types import SimpleNamespace

VENDOR, PRODUCT = 0x0483, 0x374B  # of "l4r5zi" in devices_kws_ic_vww.yaml and devices_ad.yaml


def main():
    if len(sys.argv) < 3 or not os.path.isfile(os.path.join(sys.argv[1], "main.py")):
        sys.exit(__doc__)
    runner, port = os.path.abspath(sys.argv[1]), sys.argv[2]
    import serial.tools.list_ports
    import usb.core
    found = SimpleNamespace(device=port, name=os.path.basename(port), vid=VENDOR, pid=PRODUCT, description="", hwid="")
    serial.tools.list_ports.comports = lambda *_: [found]
    usb.core.find = lambda *_, **__: []
    sys.path.insert(0, runner)
    arguments = sys.argv[3:]
    for option, name in (("-d", "devices_kws_ic_vww.yaml"), ("-t", None)):
        if option not in arguments:
            mode = arguments[arguments.index("-m") + 1] if "-m" in arguments else "a"
            name = name or {"a": "tests_accuracy.yaml", "p": "tests_performance.yaml"}.get(mode, "tests_energy.yaml")
            arguments += [option, os.path.join(runner, name)]
    sys.argv = ["main.py", *arguments]
    runpy.run_path(os.path.join(runner, "main.py"), run_name="__main__")


if __name__ == "__main__":
    main()
