"""How many commands a service's process carries out, beside their transactions alone."""
