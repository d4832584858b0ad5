// Nothing to do here: miniorange-fp.js does the work. Pages written for miniOrange load this file, so it is there.
