# SPDX-License-Identifier: GPL-2.0-only
"""A review as one HTML file that needs no network: ``document.render_page`` makes it, from a ``Review`` alone."""
