from latchkey import ASGI
from orders import app  # yours: FastAPI, Starlette or any other

application = ASGI(app, "orders:read")
