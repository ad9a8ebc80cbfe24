bind = "0.0.0.0:8000"
# SQLite has one writer: threads of one process share it without waiting for each other's file locks.
workers = 1
threads = 8
worker_class = "gthread"
# The root file system is read-only.
worker_tmp_dir = "/dev/shm"
graceful_timeout = 20
keepalive = 5
