"""`python -m zhengping.cli` is the command zhengping."""

import sys

from zhengping.cli import main

if __name__ == "__main__":
    sys.exit(main())
