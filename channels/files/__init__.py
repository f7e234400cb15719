"""Files of dossiers: how they come in, what they must be, where they are kept, how they go out.

A file is the whole body of one request, not part of a form: it streams to the disk as it comes, its length is known
before its first byte, and there are no fields or boundaries to bound. GraphQL then says which paper it belongs to.
"""
