"""A site in Flask; watchrun starts it anew, so it is told not to do so itself."""
from flask import Flask, render_template

app = Flask(__name__)


@app.route("/")
def page():
    return render_template("page.html", heading="First")
