"""Servers of a small OpenStack Swift, for tests: no root, no /etc/swift, no systemd.

swift_server.py init ROOT PORT PROXY NODE...   writes rings and settings
swift_server.py proxy ROOT             runs the proxy with the S3 API
swift_server.py node ROOT N            runs node N: account, container and object server in one process

Ports: PORT the proxy, PORT+1 memcached, PORT+10*N+0..2 the servers of node N.
The key is test:tester, its secret testing.
"""
import logging
import os
import pwd
import sys
import types

SERVERS = ["object", "container", "account"]

PROXY = """[DEFAULT]
bind_ip = {proxy}
bind_port = {port}
workers = 0
user = {user}
swift_dir = {etc}
log_level = WARNING
log_custom_handlers = swift_to_stderr.handler
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache listing_formats s3api tempauth
  copy slo dlo versioned_writes proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
conn_timeout = 1
node_timeout = 4
recoverable_node_timeout = 2
error_suppression_interval = 3
error_suppression_limit = 2
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:cache]
use = egg:swift#memcache
memcache_servers = {proxy}:{cache}
memcache_max_connections = 20
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
auth_pipeline_check = false
# Billing is run as if a month were over.
allowable_clock_skew = 34560000
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_versioned_writes = true
"""

SERVER = """[DEFAULT]
devices = {root}/node{node}
mount_check = false
bind_ip = {address}
bind_port = {port}
workers = 0
user = {user}
swift_dir = {etc}
log_level = WARNING
log_custom_handlers = swift_to_stderr.handler
[pipeline:main]
pipeline = {server}-server
[app:{server}-server]
use = egg:swift#{server}
# An update of the container that takes longer is made later, and lists lack the object until then.
conn_timeout = 1
container_update_timeout = 10
"""

COMMON = """[swift-hash]
swift_hash_path_prefix = test
swift_hash_path_suffix = test
[storage-policy:0]
name = standard
default = yes
"""


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def init(root, port, proxy, addresses):
    from swift.common.ring import RingBuilder

    etc = root + "/etc"
    os.makedirs(etc)
    user = pwd.getpwuid(os.getuid()).pw_name
    write(etc + "/swift.conf", COMMON)
    write(etc + "/proxy.conf", PROXY.format(port=port, cache=port + 1, proxy=proxy, user=user, etc=etc))
    for offset, server in enumerate(SERVERS):
        builder = RingBuilder(6, len(addresses), 0)
        for node, address in enumerate(addresses, 1):
            where = port + node * 10 + offset
            builder.add_dev(dict(
                id=node - 1, region=1, zone=node, ip=address, port=where, device="d%d" % node, weight=1.0,
                meta="", replication_ip=address, replication_port=where))
            os.makedirs("%s/node%d/d%d" % (root, node, node), exist_ok=True)
            write("%s/%s-%d.conf" % (etc, server, node), SERVER.format(
                root=root, node=node, address=address, port=where, user=user, etc=etc, server=server))
        builder.rebalance()
        builder.get_ring().save("%s/%s.ring.gz" % (etc, server))


def prepare(etc):
    def handler(conf, name, console, route, form, logger, adapted):
        logger.addHandler(logging.StreamHandler(sys.stderr))

    module = types.ModuleType("swift_to_stderr")
    module.handler = handler
    sys.modules[module.__name__] = module
    from swift.common import storage_policy, utils

    utils.set_swift_dir(etc)
    storage_policy.reload_storage_policies()


def proxy(etc):
    prepare(etc)
    from swift.common.wsgi import run_wsgi

    sys.exit(run_wsgi(etc + "/proxy.conf", "proxy-server", verbose=False))


def node(etc, number):
    prepare(etc)
    import eventlet
    import eventlet.wsgi

    eventlet.monkey_patch()
    eventlet.hubs.use_hub(None)
    from configparser import ConfigParser
    from swift.common.wsgi import SwiftHttpProtocol, loadapp

    def serve(server):
        path = "%s/%s-%s.conf" % (etc, server, number)
        settings = ConfigParser()
        settings.read(path)
        address = (settings["DEFAULT"]["bind_ip"], int(settings["DEFAULT"]["bind_port"]))
        eventlet.wsgi.server(
            eventlet.listen(address, backlog=1024), loadapp(path), open(os.devnull, "w"),
            protocol=SwiftHttpProtocol, max_size=1024)

    for thread in [eventlet.spawn(serve, server) for server in SERVERS]:
        thread.wait()


if __name__ == "__main__":
    verb, folder = sys.argv[1], os.path.abspath(sys.argv[2])
    if verb == "init":
        init(folder, int(sys.argv[3]), sys.argv[4], sys.argv[5:])
    elif verb == "proxy":
        proxy(folder + "/etc")
    elif verb == "node":
        node(folder + "/etc", sys.argv[3])
    else:
        sys.exit(__doc__)
