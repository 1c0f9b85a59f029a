"""What kombu and Celery make of a message: the measure of our own reading."""


def python_view(app, raw, accept):
    """What kombu and celery.worker make of the envelope (consumer.py: create_task_handler; strategy.py; request.py)."""
    from celery.app.task import Context
    from celery.worker.request import Request
    from celery.worker.strategy import hybrid_to_proto2
    from kombu.serialization import prepare_accept_content
    from kombu.utils.json import loads

    with app.connection_for_read() as connection:
        channel = connection.default_channel
        message = channel.Message(loads(raw), channel=channel, accept=prepare_accept_content(accept))
        try:
            payload = message.payload
            if "args" in payload:
                body, headers, decoded, utc = hybrid_to_proto2(message, payload)
            else:
                body, headers, decoded, utc = message.body, message.headers, False, True
            request = Request(message, app=app, task=app.tasks.get(headers["task"], next(iter(app.tasks.values()))),
                              body=body, headers=headers, decoded=decoded, utc=utc)
        except Exception as exc:
            return {"error": f"{type(exc).__name__}: {exc}"}
        args, kwargs, embed = body if decoded else payload
        context = Context(request.request_dict, args=args, called_directly=False, kwargs=kwargs)
        return {
            "protocol": 1 if decoded else 2,
            "id": request.id, "task": request.type, "name": request.name, "shadow": context.shadow,
            "root_id": context.root_id, "parent_id": context.parent_id, "group": context.group,
            "group_index": context.group_index, "retries": context.retries,
            "eta": context.eta, "eta_at": request.eta and request.eta.timestamp(),
            "expires": context.expires, "expires_at": request.expires and request.expires.timestamp(),
            "timelimit": list(request.time_limits), "ignore_result": headers.get("ignore_result"),
            "argsrepr": request.argsrepr, "kwargsrepr": request.kwargsrepr, "origin": context.origin,
            "correlation_id": context.correlation_id, "reply_to": context.reply_to,
            "replaced_task_nesting": context.replaced_task_nesting, "delivery_info": context.delivery_info,
            "args": list(args), "kwargs": kwargs, "callbacks": embed["callbacks"], "errbacks": embed["errbacks"],
            "chain": embed["chain"], "chord": embed["chord"], "headers": context.headers or {},
            "stamped_headers": context.stamped_headers, "stamps": context.stamps or {},
        }
