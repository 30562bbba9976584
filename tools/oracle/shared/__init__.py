"""What the oracles share.  Everything is computed at 50 digits, unless it says otherwise."""
from mpmath import mp

mp.dps = 50
