"""What touches a stranger's file. It runs in a process of its own (`python -m work.reading`) with limits on memory and processor
time, so that a bomb ends that process and nobody else's; therefore nothing in here imports Django. `core.sheets` starts it."""
