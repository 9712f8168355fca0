"""Runs OpenStack Swift with its s3api on loopback, in a folder of its own, until standard input ends or a signal comes.

    python3 swift_server.py "$(scripts/lib/swift)" FOLDER PORT

One device, one replica, no workers. It takes PORT and the three ports behind it. The keys are `lifeboat:test` and
`not-a-secret`. Prints "ready" once all four servers listen.
"""

import ctypes
import glob
import os
import pwd
import signal
import socket
import sys
import time

ROOT, FOLDER, PORT = os.path.join(sys.argv[1], "root"), os.path.abspath(sys.argv[2]), int(sys.argv[3])
PACKAGES = os.path.join(ROOT, "usr/lib/python3/dist-packages")
STORAGE = {"account": PORT + 1, "container": PORT + 2, "object": PORT + 3}

# prctl(2): the signal that a process gets when its parent ends, in whatever way.
PR_SET_PDEATHSIG = 1

COMMON = f"""[DEFAULT]
bind_ip = 127.0.0.1
bind_port = %d
workers = 0
swift_dir = {FOLDER}
devices = {FOLDER}/devices
mount_check = false
fallocate_reserve = 0
user = %s
"""

PIPELINE = {
    "catch_errors": "",
    "cache": "",
    "listing_formats": "",
    "s3api": "s3_acl = false\ncheck_bucket_owner = false\nlocation = us-east-1\n",
    "tempauth": "user_lifeboat_test = not-a-secret .admin\n",
    "bulk": "",
    "slo": "",
    "dlo": "",
    "symlink": "",
    "versioned_writes": "allow_object_versioning = true\n",
}


def write(name, text):
    with open(os.path.join(FOLDER, name), "w", encoding="utf-8") as file:
        file.write(text)


def configure():
    user = pwd.getpwuid(os.getuid()).pw_name
    os.makedirs(os.path.join(FOLDER, "devices", "d1"), exist_ok=True)
    write(
        "swift.conf",
        "[swift-hash]\nswift_hash_path_suffix = lifeboat\nswift_hash_path_prefix = lifeboat\n"
        "[storage-policy:0]\nname = only\ndefault = yes\n",
    )
    for kind, port in STORAGE.items():
        server = f"[pipeline:main]\npipeline = {kind}-server\n[app:{kind}-server]\nuse = egg:swift#{kind}\n"
        write(f"{kind}.conf", COMMON % (port, user) + server)
    filters = "".join(
        f"[filter:{name}]\nuse = egg:swift#{'memcache' if name == 'cache' else name}\n{text}"
        for name, text in PIPELINE.items()
    )
    write(
        "proxy.conf",
        COMMON % (PORT, user)
        + f"[pipeline:main]\npipeline = {' '.join(PIPELINE)} proxy-server\n"
        + "[app:proxy-server]\nuse = egg:swift#proxy\naccount_autocreate = true\nallow_account_management = true\n"
        + filters,
    )


def build_rings():
    sys.path.insert(0, PACKAGES)
    from swift.common.ring import RingBuilder

    for kind, port in STORAGE.items():
        builder = RingBuilder(4, 1, 1)
        builder.add_dev(
            {"id": 0, "region": 1, "zone": 1, "weight": 1.0, "ip": "127.0.0.1", "port": port, "device": "d1"}
        )
        builder.rebalance()
        builder.get_ring().save(os.path.join(FOLDER, f"{kind}.ring.gz"))


def serve(kind):
    """Starts one of the servers; returns the id of its process."""
    child = os.fork()
    if child != 0:
        return child
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    # What Swift runs on changes the standard library when it is imported, so each server imports it by itself.
    program = (
        "import os, sys\n"
        "os.fsync = os.fdatasync = lambda _: None  # all of it is thrown away at the end\n"
        "import swift.common.utils as utils\n"
        f"utils.SWIFT_CONF_FILE = {os.path.join(FOLDER, 'swift.conf')!r}\n"
        "from swift.common.wsgi import run_wsgi\n"
        + ("import swift.obj.server as server\n" if kind == "object" else "")
        + f"sys.exit(run_wsgi({os.path.join(FOLDER, kind + '.conf')!r}, '{kind}-server'"
        + (", global_conf_callback=server.global_conf_callback" if kind == "object" else "")
        + "))\n"
    )
    with open(os.devnull, "rb") as nothing, open(os.path.join(FOLDER, f"{kind}.log"), "wb") as log:
        os.dup2(nothing.fileno(), 0)
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    environment = {"PATH": os.defpath, "PYTHONPATH": PACKAGES, "LD_LIBRARY_PATH": ":".join(glob.glob(f"{ROOT}/usr/lib/*-linux-gnu"))}
    os.execve(sys.executable, [sys.executable, "-c", program], environment)


def await_ready(children):
    for port in (PORT, *STORAGE.values()):
        while True:
            for child in children:
                if os.waitpid(child, os.WNOHANG) != (0, 0):
                    sys.exit(f"one of Swift's servers ended; see the logs in {FOLDER}")
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.05)


def main():
    configure()
    child = os.fork()
    if child == 0:
        build_rings()
        os._exit(0)
    if os.waitpid(child, 0)[1] != 0:
        sys.exit("Swift's rings could not be built")
    children = [serve(kind) for kind in ("account", "container", "object", "proxy")]

    def stop(*_):
        for server in children:
            try:
                os.kill(server, signal.SIGKILL)
            except ProcessLookupError:
                pass
        os._exit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    await_ready(children)
    print("ready", flush=True)
    while sys.stdin.buffer.read(1024):
        pass
    stop()


main()
