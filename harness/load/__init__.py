"""Any collection as load: users that run it side by side, on Locust, in as many processes as one likes."""
