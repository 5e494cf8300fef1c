from harness.client.pool import Pool


class Idle:
    """A connection that is good until it is closed."""

    def __init__(self):
        self.closed = False

    def stale(self):
        return self.closed

    def close(self):
        self.closed = True


def given_back(pool, route, count):
    connections = [Idle() for _ in range(count)]
    for connection in connections:
        pool.give(route, connection)
    return [one for one in connections if not one.closed]


def test_as_many_connections_are_kept_as_were_in_use_at_once():
    pool = Pool()
    for _ in range(200):
        assert pool.take("there") is None
    assert len(given_back(pool, "there", 200)) == 200


def test_no_more_are_kept_than_usual_when_one_is_in_use_at_a_time():
    pool = Pool()
    for _ in range(2):
        for number in range(300):
            pool.take(number)
            pool.lost()
            pool.take(number)
            pool.give(number, Idle())
    assert sum(pool.take(number) is not None for number in range(300)) == 128


def test_a_connection_that_ended_meanwhile_is_not_handed_out():
    pool, connection = Pool(), Idle()
    pool.take("there")
    pool.give("there", connection)
    connection.close()
    assert pool.take("there") is None
