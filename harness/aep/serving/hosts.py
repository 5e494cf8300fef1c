"""Hosts of AEP."""

from __future__ import annotations

ADOBE_HOSTS = (
    "platform.adobe.io",
    "ims-na1.adobelogin.com",
    "dcs.adobedc.net",
    "edge.adobedc.net",
    "edge.adobe.io",
    "server.adobedc.net",
    "reactor.adobe.io",
)
"""Hosts of AEP whose calls the platform can stand in for, when a host mapping leads them here."""
