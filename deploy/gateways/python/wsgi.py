from latchkey import WSGI
from orders import app  # yours: Flask, Django or any other

application = WSGI(app, "orders:read")
