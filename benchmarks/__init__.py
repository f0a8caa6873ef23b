"""What this SDK and its peers cost on the same work, measured in one run: ``make bench``.

``__main__`` begins, ``runner`` lets the contenders take turns, ``report`` prints. What is measured
stands in ``rows`` (the table) and ``jobs`` (the work); who is, in ``contenders``.
"""
