"""Hosts of AEP."""

from __future__ import annotations

ADOBE_HOSTS = (
    "platform.adobe.io",
    "ims-na1.adobelogin.com",
    "dcs.adobedc.net",
    "edge.adobedc.net",
    "adobedc.demdex.net",
    "edge.adobe.io",
    "server.adobedc.net",
    "reactor.adobe.io",
    "experience.adobe.io",
    *(f"platform-{region}.adobe.io" for region in ("va6", "va7", "nld2", "aus5", "can2", "gbr9", "ind2")),
)
"""Hosts of AEP whose calls the platform can stand in for, when a host mapping leads them here."""
