"""The code that reads uploaded files. It runs in a separate process (`python -m work.reading`) with limits on memory and processor
time, so that a zip bomb can only crash that process; therefore nothing here imports Django. `core.sheets` starts it."""
