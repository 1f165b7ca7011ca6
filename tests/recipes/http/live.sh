#!/bin/sh
# A server in Python is started anew when its code is saved; pages reload when it
# answers.
reloadws &
trap 'kill $!' EXIT
watchrun -r -p reloadws.pid '*.py' -- python3 app.py
