#!/bin/sh
# the twice of a number
echo $(($1 * 2))
