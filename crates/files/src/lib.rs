//! Files that are read and written whole: CSV, Arrow IPC and Feather, JSON lines.
