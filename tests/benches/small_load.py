"""A small load generator for machines without wrk: one keep-alive connection after the other's answer, 8 of them."""

import http.client
import sys
import threading
import time
from urllib.parse import urlsplit


def read(address, headers: dict, until: float, times: list[float], errors: list[int]) -> None:
    connection = http.client.HTTPConnection(address.hostname, address.port)
    while (began := time.monotonic()) < until:
        connection.request("GET", address.path, headers=headers)
        response = connection.getresponse()
        response.read()
        times.append(time.monotonic() - began)
        if response.status >= 400:
            errors.append(response.status)


def main() -> None:
    address, seconds = urlsplit(sys.argv[1]), float(sys.argv[2])
    headers = dict(header.split(": ", 1) for header in sys.argv[3:])
    times: list[float] = []
    errors: list[int] = []
    arguments = (address, headers, time.monotonic() + seconds, times, errors)
    threads = [threading.Thread(target=read, args=arguments) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times.sort()
    print(len(times), len(errors), times[len(times) // 2] * 1000, times[len(times) * 99 // 100] * 1000)


if __name__ == "__main__":
    main()
