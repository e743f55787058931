#!/bin/sh
# Restarts the servers of this machine one after the other. No request fails meanwhile: nginx sends a server nothing new before
# it is told to stop, and gets it back when it is ready. Ends at the first server that does not get ready.
#
#   rolling-restart.sh 8787 8788 8789
#
# The servers are units of deploy/systemd/cloudstead@.service, and nginx has the two files of deploy/nginx. Variables:
#   NGINX_CONF     the file with the upstream servers  (/etc/nginx/conf.d/cloudstead-upstream.conf)
#   NGINX_RELOAD   makes nginx read it again           (nginx -s reload)
#   READY_WITHIN   seconds for a restart               (600: uploads that are under way are finished)
set -eu

conf=${NGINX_CONF:-/etc/nginx/conf.d/cloudstead-upstream.conf}
reload=${NGINX_RELOAD:-nginx -s reload}
within=${READY_WITHIN:-600}

fail() {
  echo "$1" >&2
  exit 1
}

is_ready() {
  curl --fail --silent --output /dev/null --max-time 3 "http://127.0.0.1:$1/ready"
}

# edit SED-COMMAND: nginx never reads half a file.
edit() {
  sed "$1" "$conf" > "$conf.new"
  mv "$conf.new" "$conf"
  $reload
}

[ $# -gt 0 ] || fail "usage: $0 PORT..."
for port in "$@"; do
  grep -q "^ *server 127\.0\.0\.1:$port " "$conf" || fail "$conf has no server 127.0.0.1:$port"
done

for port in "$@"; do
  for other in "$@"; do
    [ "$other" = "$port" ] || is_ready "$other" || fail "$other is not ready: $port is left as it is"
  done
  edit "s/^\( *server 127\.0\.0\.1:$port \)/\1down /"
  # Until the former workers of nginx take no new requests.
  sleep 1
  systemctl restart "cloudstead@$port"
  waited=0
  until is_ready "$port"; do
    [ "$waited" -lt "$within" ] || fail "$port is not ready after $within s: it stays marked as down in $conf"
    sleep 1
    waited=$((waited + 1))
  done
  edit "s/^\( *server 127\.0\.0\.1:$port \)down /\1/"
  echo "$port: restarted"
done
