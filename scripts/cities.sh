#!/usr/bin/env bash
# Makes parsers/cities.txt anew of Debian's geonames packages (data of
# geonames.org, CC BY 4.0). Needs apt-get, dpkg-deb, gresource
# (libglib2.0-dev-bin) and msgunfmt (gettext); see parsers/cities.md.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download libgeonames0 libgeonames-common
for deb in ./*.deb; do
	dpkg-deb -x "$deb" data
done
lib=$(find data -name 'libgeonames.so.*' -type f)
gresource extract "$lib" /com/lomiri/geonames/cities.compiled >cities.compiled
msgunfmt data/usr/share/locale/en/LC_MESSAGES/geonames.mo >en.po
cd "$root"
go run ./internal/tool/cities "$work/cities.compiled" "$work/en.po" >"$work/cities.txt"
mv "$work/cities.txt" parsers/cities.txt
