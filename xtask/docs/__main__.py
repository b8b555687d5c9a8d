"""Makes the pages below `docs/api` from the installed package; ``--check`` only says which are stale."""

import sys

from folder import main

sys.exit(main())
