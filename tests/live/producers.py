"""Sends records as the reference pipelines' producers do: the same calls of `requests`, the same texts.

The first argument is the server's address, the second how many posts. Prints the status of each answer.
"""

import datetime
import json
import sys

import requests

url, posts = sys.argv[1], int(sys.argv[2])


def pin(ind):
    return {
        "index": ind, "unique_id": f"fbe53c66-{ind}", "title": 'Café "Noir" – 24 ideas ☕', "description": "a\nb\\c",
        "poster_name": "Ann Allen", "follower_count": "12k", "tag_list": "Home,Coffee,Table", "is_image_or_video": "image",
        "image_src": "https://i.pinimg.com/originals/1.jpg", "downloaded": 1, "save_location": "Local save in /data/diy",
        "category": "diy-and-crafts",
    }


def geo(ind):
    return {
        "ind": ind, "timestamp": datetime.datetime(2021, 9, 14, 1, 14, 35), "latitude": -28.0137, "longitude": -160.708,
        "country": "Albania",
    }


def user(ind):
    return {
        "ind": ind, "first_name": "Ann", "last_name": "Allen", "age": 20,
        "date_joined": datetime.datetime(2015, 10, 24, 11, 23, 51),
    }


def rest_proxy(kind, record):
    headers = {"Content-Type": "application/vnd.kafka.json.v2+json"}
    payload = json.dumps({"records": [{"value": record}]}, default=str)
    return requests.request("POST", f"{url}/topics/129a67850695.{kind}", headers=headers, data=payload)


def kinesis(kind, record):
    headers = {"Content-Type": "application/json"}
    stream = f"streaming-129a67850695-{kind}"
    payload = json.dumps({"StreamName": stream, "Data": record, "PartitionKey": "partition-1"}, default=str)
    return requests.request("PUT", f"{url}/dev/streams/{stream}/record", headers=headers, data=payload)


def fast_api(kind, record):
    return requests.post(f"{url}/pin/", json=record)


for ind in range(posts):
    for kind, record in (("pin", pin(ind)), ("geo", geo(ind)), ("user", user(ind))):
        print(rest_proxy(kind, record).status_code)
for ind in range(posts, 2 * posts):
    for kind, record in (("pin", pin(ind)), ("geo", geo(ind)), ("user", user(ind))):
        print(kinesis(kind, record).status_code)
for ind in range(2 * posts, 3 * posts):
    print(fast_api("pin", pin(ind)).status_code)
