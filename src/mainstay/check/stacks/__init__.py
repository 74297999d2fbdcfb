"""Stacks: each module knows one framework, and says which functions a caller reaches and what stands before them."""

from __future__ import annotations

from mainstay.check.stacks.actix import Actix
from mainstay.check.stacks.axum import Axum
from mainstay.check.stacks.connexion import Connexion
from mainstay.check.stacks.django import Django
from mainstay.check.stacks.echo import Echo
from mainstay.check.stacks.express import Express
from mainstay.check.stacks.fastapi import FastAPI
from mainstay.check.stacks.flask import Flask
from mainstay.check.stacks.gin import Gin
from mainstay.check.stacks.mainstay import Mainstay
from mainstay.check.stacks.nestjs import NestJS
from mainstay.check.stacks.nethttp import NetHTTP
from mainstay.check.stacks.spring import Spring
from mainstay.check.stacks.stack import Stack

ALL: tuple[Stack, ...] = (
    FastAPI(),
    Flask(),
    Connexion(),
    Django(),
    Express(),
    NestJS(),
    Spring(),
    Gin(),
    Echo(),
    NetHTTP(),
    Axum(),
    Actix(),
    Mainstay(),
)
"""Every stack that is known."""
