"""The runner, its processes, and the jobs that it does over a split and resumes: tests, tracks."""
