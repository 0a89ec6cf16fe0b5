"""What the benchmark's commands share: running, timing, and the words on the machine."""
import datetime, os, platform, shutil, statistics, subprocess, sys, tempfile
from pathlib import Path
from time import perf_counter

here = Path(__file__).resolve().parent
bundle = here.parent.parent / "artifacts/bin/bundle"


def need(*tools):
    for tool in (*tools, "/usr/bin/time", bundle):
        if not shutil.which(tool):
            sys.exit(f"missing: {tool}" + (" (tests/publish makes it)" if tool == bundle else ""))


def work_folder():
    return Path(tempfile.mkdtemp(prefix="bundle-bench-", dir=os.environ.get("BENCH_DIR")))


def sh(command):
    subprocess.run(["bash", "-c", command], check=True)


def timed(command):
    """Wall seconds, CPU seconds, peak MB of the largest process."""
    with tempfile.NamedTemporaryFile() as report:
        subprocess.run(["/usr/bin/time", "-q", "-o", report.name, "-f", "%e %U %S %M", "bash", "-c", command], check=True, stdout=subprocess.DEVNULL)
        wall, user, system, memory = (float(x) for x in Path(report.name).read_text().split())
    return wall, user + system, memory / 1024


def millis(command, times=20):
    """The median wall time of a short command in ms, without a shell."""
    def once():
        start = perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return (perf_counter() - start) * 1000
    return statistics.median(once() for _ in range(times))


def machine():
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    return f"{datetime.date.today()}, {model}, {os.cpu_count()} cores, Linux {platform.release().split('-')[0]}"
