#!/bin/sh
# The first process of a container: the kernel drops signals to it that it does not catch, so it passes them on to the
# program, collects what the program leaves behind, and ends with the program's exit code.
"$@" <&0 &
program=$!
for signal in HUP INT QUIT TERM USR1 USR2; do
  trap "kill -s $signal $program 2>/dev/null" "$signal"
done
# A trap interrupts wait: the program has ended only when it is not there any more.
while :; do
  wait "$program"
  code=$?
  kill -0 "$program" 2>/dev/null || exit "$code"
done
