"""The scoring service: BentoML runs it, FastAPI speaks HTTP, SQLAlchemy keeps its state.

::

    app ── routes of scoring, projects, leads, administration, webhooks
            │        each asks `access` who is calling and what for
            ├── scoring      facts or vectors of a request -> leads
            ├── projects     mined histories, renewed in the background -> leads in the database
            ├── champion     the baseline in use, exchanged whole while requests go on
            └── database     keys, projects, leads, labels, tasks, and who asked what

Nothing here decides what is unusual: that is `models`' work, in the service as everywhere.
"""
