"""What all tests need of the process they run in."""

import signal

# A shell that starts the tests in the background has SIGINT ignored, and every process started from
# here would inherit that: the tests of interrupts would wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
