-- One client-credentials request.
dofile("report.lua")
wrk.method = "POST"
wrk.body = "grant_type=client_credentials&scope=orders%3Aread"
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
wrk.headers["Authorization"] = "Basic YmVuY2g6YS1zZWNyZXQtb2YtbW9yZS10aGFuLTMyLWNoYXJhY3RlcnM="
