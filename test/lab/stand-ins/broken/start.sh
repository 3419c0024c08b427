#!/bin/sh
echo 'broken on purpose: this image never runs' >&2
exit 1
