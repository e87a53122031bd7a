import time


def application(environ, start_response):
    if environ["PATH_INFO"] == "/report":
        time.sleep(2)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Cache-Control", "no-store")])
    return [b"here\n"]
