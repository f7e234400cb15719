"""Signing in by an identity provider elsewhere: OpenID Connect, authorization code with PKCE, as RFC 9700 advises.

providers  which there are (a file of settings)          kept    what is fetched, and kept while it cannot be
remote     the few requests made to a provider           tokens  whether what it signed may be believed
flow       from the first redirect to a session          routes  the addresses
"""
