"""A local Adobe Experience Platform: the services an integration calls, over stored state.

The package imports nothing from the rest of the project. `LocalPlatform` in `harness.aep.serving.server`
starts it; `harness.aep.serving.app.create_app` is the ASGI application by itself.
"""
