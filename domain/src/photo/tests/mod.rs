mod changes;
mod copies;
mod drawing;
mod hostile;
mod likeness;
mod metadata;
