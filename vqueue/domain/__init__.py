"""The words of the trade and their rules: frozen values, standard library only, nothing awaits."""
