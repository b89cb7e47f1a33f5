"""`make bench`: Helix and its floors under the same work, in one sitting on one machine."""
