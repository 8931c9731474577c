"""vqueue: a virtual queue and callback telephony service for contact centers."""

__version__ = "0.1.0"
