"""The shop: one page that says what is in the hold."""
import os

from flask import Flask, jsonify, render_template_string

try:
    from flask_cors import CORS
except ImportError:  # other sites cannot read /stock then; the page works
    CORS = None

BUCKET = os.environ.get("STOCK_BUCKET", "")
ACCESS_KEY = "@KEY@"

STOCK = {"rope": 40, "lanterns": 12, "sailcloth": 7, "ship's biscuit": 900}

PAGE = """<!doctype html>
<html lang="en">
<title>The shop</title>
<h1>In the hold</h1>
<ul>
{% for thing, number in stock.items() %}<li>{{ number }} of {{ thing }}</li>
{% endfor %}</ul>
</html>
"""

app = Flask(__name__)
if CORS:
    CORS(app, resources={"/stock": {"origins": "*"}})


@app.get("/")
def page():
    return render_template_string(PAGE, stock=STOCK)


@app.get("/stock")
def stock():
    return jsonify(STOCK)


@app.get("/health")
def health():
    return "ok\n"


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=int(os.environ.get("PORT", "8080")))
