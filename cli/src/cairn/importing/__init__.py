"""Reading people and sites from an HR export, and sending them to the platform."""
